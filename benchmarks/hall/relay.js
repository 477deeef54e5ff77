// A bare socket.io relay: what a terminal submits rings at the desk it names. Decides nothing, keeps nothing.
const { Server } = require("socket.io");
const io = new Server(0, { transports: ["websocket"], serveClient: false, perMessageDeflate: false });
io.on("connection", (socket) => {
  socket.on("join", (desk) => socket.join("desk " + desk));
  socket.on("submit", (desk, name, body) => {
    io.to("desk " + desk).emit("ring", name, body);
    socket.emit("done");
  });
});
io.httpServer.on("listening", () => console.log(io.httpServer.address().port));
if (io.httpServer.listening) console.log(io.httpServer.address().port);
