package main

import (
	"fmt"
	"log"
	"net/http"
	"time"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintln(w, "it is", time.Now().Format("15:04 MST"))
	})
	log.Fatal(http.ListenAndServe(":80", nil))
}
