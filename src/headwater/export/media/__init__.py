"""Pictures, video and sound on their way out: copied packet by packet where that is possible, else encoded and said."""
