"""Documents that no layout explains: a model marks where their projects begin, and each is then read by itself."""
