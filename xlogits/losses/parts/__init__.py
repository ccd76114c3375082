"""What all losses are made of: the base class, formulas, forms, labels, axes."""
