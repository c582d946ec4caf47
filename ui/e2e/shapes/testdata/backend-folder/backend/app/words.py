WORDS = "a backend in a folder"
