package rules_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestEditsDoNotHoldThePass: an edit is made long after the check that reported
// it, on another version of the file. What it read through the pass would be
// that of the old one, and would keep the whole old snapshot alive.
func TestEditsDoNotHoldThePass(t *testing.T) {
	edits := 0
	for _, p := range typedRules(t) {
		for _, file := range p.files {
			ast.Inspect(file, func(n ast.Node) bool {
				lit, ok := n.(*ast.FuncLit)
				if !ok || !isEdit(p.info.TypeOf(lit)) {
					return true
				}
				edits++
				ast.Inspect(lit.Body, func(n ast.Node) bool {
					id, ok := n.(*ast.Ident)
					if !ok {
						return true
					}
					v, ok := p.info.Uses[id].(*types.Var)
					if !ok || v.IsField() || v.Pkg() == nil || v.Parent() == v.Pkg().Scope() || lit.Pos() <= v.Pos() && v.Pos() < lit.End() {
						return true // no variable, or one that is not caught from outside
					}
					if holdsPass(v.Type(), map[types.Type]bool{}) {
						t.Errorf("%s: the edit holds the pass by %s", p.set.Position(id.Pos()), id.Name)
					}
					return true
				})
				return true
			})
		}
	}
	if edits < 40 {
		t.Errorf("only %d edits were looked at", edits)
	}
}

type typedPackage struct {
	set   *token.FileSet
	files []*ast.File
	info  *types.Info
}

// typedRules checks the types of the packages of rules, with what they import
// as the build has it.
func typedRules(t *testing.T) []typedPackage {
	t.Helper()
	list, err := exec.Command("go", "list", "-export", "-deps", "-f", "{{.ImportPath}} {{.Export}}", "./...").Output()
	if err != nil {
		t.Fatal(err)
	}
	built := map[string]string{}
	for line := range strings.Lines(string(list)) {
		path, file, _ := strings.Cut(strings.TrimSpace(line), " ")
		built[path] = file
	}
	set := token.NewFileSet()
	imports := importer.ForCompiler(set, "gc", func(path string) (io.ReadCloser, error) { return os.Open(built[path]) })
	var out []typedPackage
	for _, kind := range []string{"compose", "cross", "dockerfile", "kubernetes"} {
		p := typedPackage{set: set, info: &types.Info{Types: map[ast.Expr]types.TypeAndValue{}, Uses: map[*ast.Ident]types.Object{}}}
		names, err := filepath.Glob(filepath.Join(kind, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			f, err := parser.ParseFile(set, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			p.files = append(p.files, f)
		}
		if _, err := (&types.Config{Importer: imports}).Check("github.com/oakum-sec/oakum/fixer/rules/"+kind, set, p.files, p.info); err != nil {
			t.Fatal(err)
		}
		out = append(out, p)
	}
	return out
}

// isEdit reports whether a type is that of [fixer.Fix.Edit], or of what
// [fixer.EditDockerfile] takes.
func isEdit(t types.Type) bool {
	s := strings.NewReplacer("github.com/oakum-sec/oakum/fixer.", "", "github.com/oakum-sec/oakum/fixer/", "").Replace(t.String())
	return s == "func(d *Draft) error" || s == "func() ([]text.Edit, error)"
}

// holdsPass reports whether a value of the type can lead to a pass. It does not
// look into what functions hold.
func holdsPass(t types.Type, seen map[types.Type]bool) bool {
	if seen[t] {
		return false
	}
	seen[t] = true
	switch t := t.(type) {
	case *types.Pointer:
		return holdsPass(t.Elem(), seen)
	case *types.Slice:
		return holdsPass(t.Elem(), seen)
	case *types.Array:
		return holdsPass(t.Elem(), seen)
	case *types.Map:
		return holdsPass(t.Elem(), seen) || holdsPass(t.Key(), seen)
	case *types.Named:
		if t.String() == "github.com/oakum-sec/oakum/fixer.Pass" {
			return true
		}
		return holdsPass(t.Underlying(), seen)
	case *types.Struct:
		for f := range t.Fields() {
			if holdsPass(f.Type(), seen) {
				return true
			}
		}
	}
	return false
}
