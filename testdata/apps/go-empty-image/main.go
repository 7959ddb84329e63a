// Buoy answers whether it can check the certificates of others.
package main

import (
	"crypto/x509"
	"fmt"
	"log"
	"net/http"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		pool, err := x509.SystemCertPool()
		if err != nil || pool.Equal(x509.NewCertPool()) {
			fmt.Fprintln(w, "The buoy trusts nobody.")
			return
		}
		fmt.Fprintln(w, "The buoy has roots.")
	})
	log.Fatal(http.ListenAndServe(":8080", nil))
}
