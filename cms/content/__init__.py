"""The pages that come with the market, and how their files are read."""
