"""What every model family shares: the resumable loop, the export with its check, the model card."""
