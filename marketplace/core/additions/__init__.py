"""What apps add to each other's pages: panels on pages, duties and matters and tabs on the workbench."""
