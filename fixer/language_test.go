package fixer_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/oakum-sec/oakum/fixer/languagetest"
)

// TestLanguageOfTheSource looks for terms that must not appear in every string of the
// source that has words in it: what no case of a test brings to light is read by
// people as well.
func TestLanguageOfTheSource(t *testing.T) {
	texts := 0
	err := fs.WalkDir(os.DirFS(".."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "safety" || name == "fixer/languagetest" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".") && name != "."):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files := token.NewFileSet()
		f, err := parser.ParseFile(files, filepath.Join("..", filepath.FromSlash(name)), nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				switch fun := call.Fun.(type) {
				case *ast.SelectorExpr: // lists of words that are looked for in files
					if fun.Sel.Name == "WordSet" || fun.Sel.Name == "Regexp" || fun.Sel.Name == "MustCompile" || fun.Sel.Name == "Fields" {
						return false
					}
				}
			}
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			text, err := strconv.Unquote(lit.Value)
			if err != nil || !strings.Contains(text, " ") || text == strings.ToUpper(text) { // a word, or a list of words to look for
				return true
			}
			texts++
			for _, complaint := range languagetest.Terms(text) {
				t.Errorf("%s: %s", files.Position(lit.Pos()), complaint)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if texts < 2000 {
		t.Errorf("only %d texts were looked at", texts)
	}
}
