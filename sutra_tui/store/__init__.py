"""What is kept between runs: SQLite files of our own."""
