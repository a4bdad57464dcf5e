"""Documents: values, sections and pages."""

from forecasting.store.scratch import spare_the_home

spare_the_home()  # before Matplotlib is imported, which else complains of a home that cannot be written
