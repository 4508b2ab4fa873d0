"""Import, train, recommend, evaluate, prepare the demo shop: end to end; the commands and the buttons call these."""
