"""What a shop knows of its products teaches its index what makes them alike."""
