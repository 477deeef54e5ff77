// The manager's page's line to the hall: the same protocol as every other program (docs/protocol.md), in plain JavaScript.
// Keeps the login for this tab, reconnects by itself, and answers each act with the hall's Done or Error.

const RETRY_MS = 2000;

export class Link {
  constructor(onTidings, onState) {
    this.onTidings = onTidings;
    this.onState = onState;
    this.waiting = new Map();
    this.welcome = null;
  }

  open(name, password) {
    this.name = name;
    this.password = password;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    this.socket = new WebSocket(`${scheme}://${location.host}/hall`);
    this.socket.onopen = () => this.say("Hello", {role: "staff", name, versions: [1]});
    this.socket.onmessage = ({data}) => this.hear(JSON.parse(data));
    this.socket.onclose = () => this.closed();
  }

  close() {
    this.password = null;
    this.socket.close();
  }

  say(type, fields) {
    this.socket.send(JSON.stringify({type, ...fields}));
  }

  /** Do an act; resolves when it is recorded, rejects with the hall's sentence. */
  act(type, fields) {
    const request = crypto.randomUUID ? crypto.randomUUID() : `w-${Date.now()}-${Math.random().toString(36).slice(2)}`;
    return new Promise((resolve, reject) => {
      if (!this.welcome) return reject(new Error("尚未连接大厅，请稍后再试"));
      this.waiting.set(request, {resolve, reject});
      this.say(type, {request_id: request, ...fields});
    });
  }

  /** Ask the server's figures; the token of this connection is the key. */
  async ask(path) {
    const answer = await fetch(path, {headers: {Authorization: `Bearer ${this.welcome?.http_token}`}, cache: "no-store"});
    if (!answer.ok) {
      const problem = await answer.json().catch(() => ({}));
      throw new Error(problem.sentence || `服务器没有回答（${answer.status}）`);
    }
    return answer;
  }

  hear(message) {
    switch (message.type) {
      case "AskPassword":
        return this.say("LogIn", {password: this.password, desk_id: "web"});
      case "Welcome":
        this.welcome = message;
        return this.onState("online", message);
      case "Done":
        this.waiting.get(message.request_id)?.resolve();
        return this.waiting.delete(message.request_id);
      case "Error": {
        const act = this.waiting.get(message.about);
        this.waiting.delete(message.about);
        if (act) return act.reject(new Error(message.sentence));
        if (!this.welcome) {
          this.password = null;
          return this.onState("refused", message);
        }
        return this.onState("error", message);
      }
      default:
        return this.onTidings(message);
    }
  }

  closed() {
    this.welcome = null;
    for (const {reject} of this.waiting.values()) reject(new Error("连接中断，请核对后重试"));
    this.waiting.clear();
    if (!this.password) return this.onState("closed");
    this.onState("lost");
    setTimeout(() => this.password && this.open(this.name, this.password), RETRY_MS);
  }
}
