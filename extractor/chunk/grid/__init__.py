"""Tables with a row for each project or indicator, cut into rows."""
