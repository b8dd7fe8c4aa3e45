"""The experiments that test the paper's claims again on sprite clips: settings, measurements, report."""
