"""What letters and statements say and how their pages are drawn: functions of plain
values, without ORM."""
