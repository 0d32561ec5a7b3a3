"""What postal services are given and hand out: files of recipients and of tracking."""
