"""What a pack looks like: sections, charts, HTML, text, PDF, XLSX."""
