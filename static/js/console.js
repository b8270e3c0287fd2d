// What the console's library draws without a name for readers takes that of the panel around it, or that of tags.
{
  const tags = document.currentScript.dataset.tags;
  const NAMELESS = ".tagit-new input, .public-DraftEditor-content, [data-streamfield-child] :is(input[type=text], textarea)";

  const nameOf = (drawn) =>
    drawn.closest(".tagit") ? tags : drawn.closest(".w-panel")?.querySelector("[data-panel-heading-text]")?.textContent.trim();

  const name = () => {
    for (const drawn of document.querySelectorAll(NAMELESS)) {
      const named = drawn.hasAttribute("aria-label") || drawn.hasAttribute("aria-labelledby") || drawn.labels?.length;
      const words = named ? "" : nameOf(drawn);
      if (words) drawn.setAttribute("aria-label", words);
    }
    // A list that scrolls is reached by the keyboard too.
    document.querySelector(".w-minimap__list:not([tabindex])")?.setAttribute("tabindex", "0");
  };

  document.addEventListener("DOMContentLoaded", () => {
    name();
    new MutationObserver(name).observe(document.body, { childList: true, subtree: true });
  });
}
