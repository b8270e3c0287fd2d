"""The site's addresses and the toolbar's before them: Wagtail's pattern takes every path and stands last."""

from debug_toolbar.toolbar import debug_toolbar_urls

from . import urls

urlpatterns = [*debug_toolbar_urls(), *urls.urlpatterns]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500
