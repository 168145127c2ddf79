"""The browser client: pages, ES modules, styles and texts."""
