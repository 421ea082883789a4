"""Up, down, and head equal to the models."""
