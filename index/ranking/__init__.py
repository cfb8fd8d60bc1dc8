"""From passages to ranked units: features, the linear model over them, confidence."""
