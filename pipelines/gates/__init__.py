"""What must hold before a release: each gate examines, says what it examined, and never changes a row."""
