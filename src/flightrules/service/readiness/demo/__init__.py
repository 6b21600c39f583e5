"""A made-up shop with three releases at different stages; its people exist nowhere else."""
