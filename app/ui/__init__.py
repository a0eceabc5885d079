"""What two or more studios share: theme, icons, declared forms, notices, the frame around a studio's work."""
