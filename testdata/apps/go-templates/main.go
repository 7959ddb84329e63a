// Harbour shows the number of berths, with a template that is read at run time.
package main

import (
	"html/template"
	"log"
	"net/http"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

func main() {
	page := template.Must(template.ParseGlob("templates/*.html"))
	german := message.NewPrinter(language.German)
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if err := page.ExecuteTemplate(w, "index.html", german.Sprintf("%d", 12345)); err != nil {
			log.Print(err)
		}
	})
	http.Handle("/static/", http.StripPrefix("/static/", http.FileServer(http.Dir("static"))))
	log.Fatal(http.ListenAndServe(":8080", nil))
}
