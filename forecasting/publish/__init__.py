"""Rendering of report templates, singly, in batches, on schedule and as JupyterLab jobs; the index and the feed."""
