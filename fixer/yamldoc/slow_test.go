package yamldoc
import ("testing";"os";"path/filepath";"time";"strconv";"strings")
func TestSlow(t *testing.T) {
 m,_ := filepath.Glob("/root/.cache/go-build/fuzz/oakum/fixer/yamldoc/*/*")
 for _, f := range m {
  b,_ := os.ReadFile(f)
  l := strings.Split(string(b),"\n")
  if len(l) < 2 { continue }
  s, err := strconv.Unquote(strings.TrimSuffix(strings.TrimPrefix(l[1],"[]byte("),")"))
  if err != nil { continue }
  st := time.Now()
  Parse([]byte(s))
  if d := time.Since(st); d > 5*time.Millisecond { t.Log(f, len(s), d) }
 }
}
