"""When a report is due: business days, triggers, occurrences since the watermark, and the alarm clock."""
