package dockerfile

import (
	"path"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// scriptReader walks a shell tree and collects its simple commands.
type scriptReader struct {
	words
	base  int  // where the shell text begins in the logical line
	bare  bool // a redirection without a command of its own is given as one without words
	chain int
	out   []Command
}

func (r *scriptReader) stmts(list []*syntax.Stmt, place Place) {
	for _, s := range list {
		r.chain++
		r.stmt(s, place, r.chain, true)
	}
}

// stmt reads one statement. Only "&&" keeps the number of the chain; the other
// operators give their sides chains of their own.
func (r *scriptReader) stmt(s *syntax.Stmt, place Place, chain int, last bool) {
	if s.Negated {
		place |= InNegation
	}
	if s.Background || s.Coprocess || s.Disown {
		place |= InBackground
	}
	switch c := s.Cmd.(type) {
	case nil: // redirections alone
	case *syntax.CallExpr:
		r.call(s, c, place, chain, last)
	case *syntax.DeclClause:
		r.declare(s, c, place, chain, last)
	case *syntax.BinaryCmd:
		switch c.Op {
		case syntax.AndStmt:
			r.stmt(c.X, place, chain, false)
			r.stmt(c.Y, place, chain, last)
			return
		case syntax.OrStmt:
			place |= InOr
		default:
			place |= InPipe
		}
		r.stmts([]*syntax.Stmt{c.X, c.Y}, place)
	case *syntax.Subshell:
		r.stmts(c.Stmts, place|InSubshell)
	case *syntax.Block:
		r.stmts(c.Stmts, place|InBlock)
	case *syntax.IfClause:
		for ; c != nil; c = c.Else {
			r.stmts(c.Cond, place|InCondition)
			r.stmts(c.Then, place|InBranch)
		}
	case *syntax.WhileClause:
		r.stmts(c.Cond, place|InCondition|InLoop)
		r.stmts(c.Do, place|InLoop)
	case *syntax.ForClause:
		r.inside(c.Loop, place)
		r.stmts(c.Do, place|InLoop)
	case *syntax.CaseClause:
		r.inside(c.Word, place)
		for _, item := range c.Items {
			r.stmts(item.Stmts, place|InBranch)
		}
	case *syntax.FuncDecl:
		r.stmts([]*syntax.Stmt{c.Body}, place|InFunction)
	case *syntax.TimeClause:
		if c.Stmt != nil {
			r.stmts([]*syntax.Stmt{c.Stmt}, place)
		}
	case *syntax.CoprocClause:
		r.stmts([]*syntax.Stmt{c.Stmt}, place|InBackground)
	default: // tests and arithmetic hold commands only in substitutions
		r.inside(c, place)
	}
	if _, ok := s.Cmd.(*syntax.CallExpr); r.bare && !ok && len(s.Redirs) > 0 {
		r.add(Command{Place: place, Chain: chain, Last: last}, s, s)
	}
	for _, redir := range s.Redirs {
		r.inside(redir, place)
	}
}

func (r *scriptReader) call(s *syntax.Stmt, c *syntax.CallExpr, place Place, chain int, last bool) {
	cmd := Command{Place: place, Chain: chain, Last: last}
	for _, a := range c.Assigns {
		cmd.Assigns = append(cmd.Assigns, r.span(a))
	}
	for _, w := range c.Args {
		cmd.Words = append(cmd.Words, r.arg(w))
	}
	r.add(cmd, s, c)
	r.inside(c, place)
}

// declare reads export, local, declare and the like, which the shell parser
// does not treat as commands.
func (r *scriptReader) declare(s *syntax.Stmt, c *syntax.DeclClause, place Place, chain int, last bool) {
	cmd := Command{Place: place, Chain: chain, Last: last, Words: []Word{r.lit(c.Variant)}}
	for _, a := range c.Args {
		cmd.Words = append(cmd.Words, r.span(a))
	}
	r.add(cmd, s, c)
	r.inside(c, place)
}

func (r *scriptReader) add(cmd Command, s *syntax.Stmt, node syntax.Node) {
	from, to := node.Pos().Offset(), node.End().Offset()
	for _, redir := range s.Redirs {
		from, to = min(from, redir.Pos().Offset()), max(to, redir.End().Offset())
		if redir.Hdoc == nil && redir.Word != nil && redir.Op != syntax.DplOut && redir.Op != syntax.DplIn && redir.Op != syntax.WordHdoc {
			cmd.Redirects = append(cmd.Redirects, Redirect{Op: redir.Op.String(), File: r.arg(redir.Word)})
		}
		switch {
		case redir.Hdoc != nil:
			cmd.Input = r.heredoc(redir)
		case redir.Op == syntax.WordHdoc && redir.Word != nil:
			w := r.arg(redir.Word)
			cmd.Input = &w
		}
	}
	cmd.Start, cmd.End = r.logical.span(r.base+int(from), r.base+int(to))
	cmd.Line = r.lines.At(cmd.Start)
	if len(cmd.Words) > 0 && !cmd.Words[0].Dynamic {
		cmd.Name = path.Base(cmd.Words[0].Value)
	}
	r.out = append(r.out, cmd)
}

// heredoc gives the body that a redirection reads, without the line that ends it.
func (r *scriptReader) heredoc(redir *syntax.Redirect) *Word {
	from, to := r.base+int(redir.Hdoc.Pos().Offset()), r.base+int(redir.Hdoc.End().Offset())
	body, end := r.text[from:to], r.text[r.base+int(redir.Word.Pos().Offset()):r.base+int(redir.Word.End().Offset())]
	if last := strings.LastIndexByte(body, '\n') + 1; strings.TrimLeft(body[last:], "\t") == strings.Trim(end, `"'\`) {
		to = from + last
	}
	w := r.plain(from, to)
	return &w
}

// inside reads the substitutions below a node, which must not be a statement.
func (r *scriptReader) inside(node syntax.Node, place Place) {
	syntax.Walk(node, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst:
			r.stmts(n.Stmts, place|InSubstitution)
			return false
		case *syntax.ProcSubst:
			r.stmts(n.Stmts, place|InSubstitution)
			return false
		}
		return true
	})
}

func (r *scriptReader) span(n syntax.Node) Word {
	w := r.plain(r.base+int(n.Pos().Offset()), r.base+int(n.End().Offset()))
	w.Dynamic = strings.ContainsAny(w.Raw, "$`\"'\\*?[~")
	return w
}

func (r *scriptReader) lit(n *syntax.Lit) Word {
	return r.plain(r.base+int(n.Pos().Offset()), r.base+int(n.End().Offset()))
}

// arg gives a word the value the shell gives it, when quotes alone decide.
func (r *scriptReader) arg(n *syntax.Word) Word {
	w := r.plain(r.base+int(n.Pos().Offset()), r.base+int(n.End().Offset()))
	var b strings.Builder
	for k, p := range n.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			w.Dynamic = w.Dynamic || expands(p.Value, k == 0)
			unescape(&b, p.Value, "")
		case *syntax.SglQuoted:
			w.Dynamic = w.Dynamic || p.Dollar
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			w.Dynamic = w.Dynamic || p.Dollar
			for _, q := range p.Parts {
				if lit, ok := q.(*syntax.Lit); ok {
					unescape(&b, lit.Value, "$`\"\\")
				} else {
					w.Dynamic = true
				}
			}
		default:
			w.Dynamic = true
		}
	}
	if !w.Dynamic {
		w.Value = b.String()
	}
	return w
}

// expands reports whether unquoted text means more than itself: patterns, the
// home directory, braces.
func expands(lit string, first bool) bool {
	if first && strings.HasPrefix(lit, "~") {
		return true
	}
	for i := 0; i < len(lit); i++ {
		switch lit[i] {
		case '\\':
			i++
		case '*', '?', '[', '{':
			return true
		}
	}
	return false
}

// unescape takes backslashes off. only limits it to those before one of these
// characters, as in double quotes; empty means before any.
func unescape(b *strings.Builder, lit, only string) {
	for i := 0; i < len(lit); i++ {
		if lit[i] == '\\' && i+1 < len(lit) && (only == "" || strings.IndexByte(only, lit[i+1]) >= 0) {
			i++
		}
		b.WriteByte(lit[i])
	}
}
