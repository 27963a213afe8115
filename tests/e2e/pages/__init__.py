"""The pages in a real browser, over the running product."""
