package dockerfile
import ("testing";"time";"strings")
func TestProbeNest(t *testing.T) {
	for _, unit := range []string{"(", "$(", "$((", "((", "{ ", "\"$(", "`", "if ", "! ", "${a:-", "[[ ( ", "case x in x) ", "f() ", "<(", "a[", "$[", "a && ", "a | ", "a=(", "\"${a:-", "$((1+(", "((1?", "\\`", "[[ ! ", "time ", "coproc ", "f(){ ", "$(<", "\"`", "a=$[(", "let a=(", "((-"} {
	  for _, n := range []int{10_000, 60_000} {
		src := "FROM x\nRUN " + strings.Repeat(strings.Repeat(unit, 300)+"\\\n", n/(300*len(unit))+1) + "a\n"
		st := time.Now()
		f, err := Parse([]byte(src))
		if err != nil { t.Log(unit, err); continue }
		p := time.Since(st)
		st = time.Now()
		_, err = f.Script(f.Final().Last())
		t.Log(unit, n, p, time.Since(st), err)
	  }
	}
}
