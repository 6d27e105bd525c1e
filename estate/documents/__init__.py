"""What people read: HTML, and drawings as SVG."""
