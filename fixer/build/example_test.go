package build_test

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer/build"
	"github.com/oakum-sec/oakum/fixer/dockerfile"
)

func Example() {
	f, err := dockerfile.Parse([]byte("FROM debian:13\nRUN sudo apt-get install -y -t trixie curl && \\\n    useradd -mu 1000 app\n"))
	if err != nil {
		fmt.Println(err)
		return
	}
	b := build.Read(f)
	for _, st := range b.Steps("RUN") {
		for _, c := range st.Commands {
			if c.Package != nil {
				fmt.Println(c.Package.Manager.Name, c.Package.Verb, c.Package.Packages)
			}
		}
	}
	for _, id := range b.CreatedAccounts(f.Final()) {
		fmt.Println(id.Name, id.UID)
	}
	// Output:
	// apt install [curl]
	// app 1000
}
