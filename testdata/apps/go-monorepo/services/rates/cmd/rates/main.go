// Rates serves exchange rates, which are part of the program.
package main

import (
	"fmt"
	"log"
	"net/http"
	"os"

	"example.com/exchange/services/rates/internal/table"
)

func main() {
	rates, err := table.Read()
	if err != nil {
		log.Fatal(err)
	}
	base := os.Getenv("BASE")
	if base == "" {
		base = "EUR"
	}
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "1 %s is %s SEK\n", base, rates["SEK"])
	})
	log.Fatal(http.ListenAndServe(":8081", nil))
}
