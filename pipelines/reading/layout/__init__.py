"""Where tables lie in a grid of cells of which nothing is known, what their columns are called, what to doubt."""
