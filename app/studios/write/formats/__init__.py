"""What a text is in the files of other programs: headings, paragraphs, emphasis. Knows no Qt."""
