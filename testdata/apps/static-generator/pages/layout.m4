define(`page', `<!doctype html><title>$1</title><p>$2</p>')dnl
