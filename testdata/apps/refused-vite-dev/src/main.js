document.querySelector('#app').textContent = import.meta.env.VITE_GREETING
