"""Documents: values, sections and pages."""
