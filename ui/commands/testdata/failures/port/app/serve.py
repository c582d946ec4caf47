from http.server import *
HTTPServer(('127.0.0.1', 5000), SimpleHTTPRequestHandler).serve_forever()
