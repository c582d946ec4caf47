from app import other
page = 1
