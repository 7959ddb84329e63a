package connect_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/oakum-sec/oakum/fixer"
	"github.com/oakum-sec/oakum/fixer/connect"
	"github.com/oakum-sec/oakum/fixer/discover"
)

func TestDump(t *testing.T) {
	dir := os.Getenv("DUMP")
	if dir == "" {
		t.Skip()
	}
	l, err := discover.Load(context.Background(), []string{dir}, discover.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := fixer.NewSnapshot(l.Sources, l.Names...)
	g, err := connect.Read(s, &fixer.Facts{})
	if err != nil {
		t.Fatal(err)
	}
	fmt.Println("NODES", len(g.Nodes))
	for _, n := range g.Nodes {
		fmt.Print("N ", n.ID, " ", len(n.Places))
		for _, p := range n.Ports {
			fmt.Print(" ", p.Number)
		}
		fmt.Println()
	}
	for _, e := range g.Edges {
		fmt.Println("E", e.From, "→", e.To, e.Port, e.Route, e.Confidence)
		for _, v := range e.Evidence {
			fmt.Println("     ", v)
		}
	}
	for _, u := range g.Unresolved {
		fmt.Println("U", u.From, u.Host, u.Port, u.Why, u.Evidence[0])
	}
}
