package dockerfile_test

import (
	"fmt"

	"github.com/oakum-sec/oakum/fixer/dockerfile"
	"github.com/oakum-sec/oakum/fixer/text"
)

// Make the final stage run as a numeric user, and leave every other byte as it
// is.
func Example() {
	src := []byte("FROM debian:13\nRUN apt-get update \\\n # editors\n && apt-get install -y vim\nCMD [\"app\"]")
	f, err := dockerfile.Parse(src)
	if err != nil {
		fmt.Println(err)
		return
	}
	final := f.Final()
	if user := final.User(); user.At == nil {
		edits, err := f.InsertBefore(final.Cmd().At, "USER 65532:65532")
		if err != nil {
			fmt.Println(err)
			return
		}
		after, _ := text.Apply(src, edits)
		fmt.Println(string(after))
	}
	// Output:
	// FROM debian:13
	// RUN apt-get update \
	//  # editors
	//  && apt-get install -y vim
	// USER 65532:65532
	// CMD ["app"]
}

// Find a command in shell text and let another one follow it, laid out as the
// commands before it are.
func ExampleScript() {
	src := []byte("FROM debian:13\nRUN apt-get update \\\n && apt-get install -y \\\n      vim\n")
	f, err := dockerfile.Parse(src)
	if err != nil {
		fmt.Println(err)
		return
	}
	script, err := f.Script(f.Final().Last())
	if err != nil {
		fmt.Println(err) // a refusal, such as: the commands are in a heredoc
		return
	}
	for _, c := range script.Commands {
		if c.Name == "apt-get" && c.Words[1].Value == "install" {
			edits, err := script.Append(c, "rm -rf /var/lib/apt/lists/*")
			if err != nil {
				fmt.Println(err)
				return
			}
			after, _ := text.Apply(src, edits)
			fmt.Print(string(after))
		}
	}
	// Output:
	// FROM debian:13
	// RUN apt-get update \
	//  && apt-get install -y \
	//       vim \
	//  && rm -rf /var/lib/apt/lists/*
}
