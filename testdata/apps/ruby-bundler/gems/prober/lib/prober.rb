module Prober
end
