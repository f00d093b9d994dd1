import { createJudge, forecast } from '@deploy-kit/judge'
import { seeded, binomial, poisson } from './random.ts'
const runs = Number(process.argv[2] ?? 300)
function cell(rps:number,w:number,pb:number,pc:number,seed:number,minutes=60,poll=15,onset=0){
  const times:number[]=[]; 
  for(let r=0;r<runs;r++){
    const u=seeded(seed*100003+r*7919); const judge=createJudge({tolerance:{ratio:1,absolute:0},minimumErrors:1})
    let t=0, hit=Infinity
    while(t<minutes*60){ t+=poll
      const n=poisson(u,rps*poll); const nc=binomial(u,n,w); const nb=n-nc
      const j=judge.observe({at:t*1000,weight:w*100,stepBegan:t===poll,mode:'rollout',canary:{requests:nc,failures:binomial(u,nc,t>onset?pc:pb)},stable:{requests:nb,failures:binomial(u,nb,pb)}})
      if(j.verdict==='fail'){hit=t;break}
    }
    times.push(hit)
  }
  times.sort((a,b)=>a-b)
  const found=times.filter(t=>t<Infinity)
  const mean=found.length===runs?found.reduce((a,b)=>a+b,0)/runs-onset:NaN
  return {P:found.length/runs, med:times[Math.floor(runs/2)]!-onset,p95:times[Math.floor(runs*.95)]!-onset,mean}
}
for (const [rps,w,pb,pc,onset] of [[20,.05,.001,.01],[20,.1,.001,.01],[20,.5,.001,.01],[20,.05,.01,.03],[20,.1,.01,.03],[20,.5,.01,.03],[100,.05,.01,.03],[100,.1,.01,.03,1200],[1000,.1,.01,.03,1200],[1000,.1,.02,.022],[1000,.5,.02,.022],[100,.1,.005,.005],[20,.5,.001,.001],[20,.05,.01,.01],[100,.5,.3,.3]] as const) {
  const r=cell(rps,w,pb,pc,1,60,15,onset??0)
  const lim = pc>pb?forecast({rps,weight:w*100,baseline:pb,regression:pc,pollMs:15000}).limitMs/1000:NaN
  console.log(rps,w,pb,pc,onset??0,JSON.stringify(r),'wald',lim.toFixed(0),'ratio',(r.mean/lim).toFixed(2))
}
