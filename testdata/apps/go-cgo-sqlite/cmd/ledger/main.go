// Ledger keeps entries in an SQLite database, whose tables it makes when it starts.
package main

import (
	"database/sql"
	"fmt"
	"log"
	"net/http"
	"os"
	"path/filepath"

	_ "github.com/mattn/go-sqlite3"
)

func main() {
	db, err := sql.Open("sqlite3", os.Getenv("LEDGER_DB"))
	if err != nil {
		log.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(os.Getenv("MIGRATIONS"), "*.sql"))
	if err != nil || len(files) == 0 {
		log.Fatal("no migrations: ", err)
	}
	for _, file := range files {
		script, err := os.ReadFile(file)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := db.Exec(string(script)); err != nil {
			log.Fatal(file, ": ", err)
		}
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		var sum int
		if err := db.QueryRow("SELECT sum(amount) FROM entries").Scan(&sum); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		fmt.Fprintf(w, "balance %d\n", sum)
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
