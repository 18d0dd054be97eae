"""The colours of pictures: their names, as shoppers ask for them; and as few numbers."""
