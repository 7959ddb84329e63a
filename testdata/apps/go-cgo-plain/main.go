// Checksum answers with the Adler-32 checksum of the path, computed in C.
package main

/*
#include <stdint.h>
#include <stddef.h>

static uint32_t adler32(const unsigned char *data, size_t length) {
	uint32_t a = 1, b = 0;
	for (size_t i = 0; i < length; i++) {
		a = (a + data[i]) % 65521;
		b = (b + a) % 65521;
	}
	return b << 16 | a;
}
*/
import "C"

import (
	"flag"
	"fmt"
	"log"
	"net/http"
	"unsafe"
)

func checksum(text string) uint32 {
	data := append([]byte(text), 0)
	return uint32(C.adler32((*C.uchar)(unsafe.Pointer(&data[0])), C.size_t(len(text))))
}

func main() {
	listen := flag.String("listen", ":8080", "address to listen on")
	flag.Parse()
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "%08x\n", checksum(r.URL.Path[1:]))
	})
	log.Fatal(http.ListenAndServe(*listen, nil))
}
